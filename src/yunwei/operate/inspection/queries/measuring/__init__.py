"""What each measure tells of a tenant, asked of the parts that know."""
