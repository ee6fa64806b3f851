"""Documents that are summarised or compared are read whole: which ones are meant, and how a model reads them."""
