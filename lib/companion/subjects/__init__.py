"""What the chapters measure: a folder a subject, with its studies, figures and tables; `common` is what several share."""
