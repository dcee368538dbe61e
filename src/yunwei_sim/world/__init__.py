"""The simulated world itself: people, places, sessions, faults. Pure of sockets and wall clocks."""
