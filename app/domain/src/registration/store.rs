//! Reading applications and their history.
