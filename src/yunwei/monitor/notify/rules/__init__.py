"""Pure decisions of notify: whom to tell, in which words, when to try again."""
