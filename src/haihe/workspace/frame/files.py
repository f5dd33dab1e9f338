"""Files of pages, served compressed and by names that hold their hash, so that browsers keep them for good."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage; before the files were collected (in tests) the plain names stand."""

    def stored_name(self, name: str) -> str:
        """Give the name with the hash; a file that was not collected is an error once any was."""
        return str(super().stored_name(name)) if self.hashed_files else name
