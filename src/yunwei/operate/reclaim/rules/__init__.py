"""How reclaims go on and what people are told of them, decided without looking anything up."""
