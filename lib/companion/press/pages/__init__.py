"""Pages written from records: scorecard, crosswalk, status, each by one function, `markdown(profile)`."""
