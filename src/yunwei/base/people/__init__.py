"""Who is asking, for which tenant, and what they may do; and the record of what they did."""
