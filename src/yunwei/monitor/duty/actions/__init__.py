"""Changes of duty that others may ask for, by noun. Each writes down first who was on duty until
then: what has been is never what the changed plan would say."""
