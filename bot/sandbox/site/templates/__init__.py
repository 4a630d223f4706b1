"""The HTML of the outlets, as string.Template files (a package, so that they are installed with the code)."""
