"""The texts of the sample site, as data files (a package, so that they are installed with the code)."""
