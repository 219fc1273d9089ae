//! Declarations linked: the effective permission model.
