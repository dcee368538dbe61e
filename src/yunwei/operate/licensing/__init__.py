"""Who holds licences, who could give one back, and logons that failed for want of one."""
