"""Pages written from records: scorecard, crosswalk, status. Each module has one function, `markdown(profile)`."""
