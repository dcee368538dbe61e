"""Questions about templates of changes and changes, and the paper of one."""
