"""The engines that come with Yunwei, run as children of one process. By URL is not here."""
