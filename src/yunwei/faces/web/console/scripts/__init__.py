"""The pages of scripts: the library, one script with its versions, its editor; runs of them."""
