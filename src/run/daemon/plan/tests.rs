//! Plans from configurations.
