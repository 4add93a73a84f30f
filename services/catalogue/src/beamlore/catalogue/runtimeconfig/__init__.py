"""Configuration that frontends ask for: SciCat's ``RuntimeConfig``, ``admin/config`` and ``admin/theme``."""
