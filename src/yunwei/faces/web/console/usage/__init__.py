"""The pages of use: activity and logon analysis."""
