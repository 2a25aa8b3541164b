"""The model that the image brings: a small network that reads digits, taught here on data that is drawn here."""
