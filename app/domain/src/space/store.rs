//! Spaces, seat plans and occupations in the database.
