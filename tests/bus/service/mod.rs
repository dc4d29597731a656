//! How the service behaves towards its callers, on a real bus with the controller played by the test.

mod answers;
mod lists;
mod name;
mod rights;
mod telling;
