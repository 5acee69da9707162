//! Black-box tests and the tasks of the project.
