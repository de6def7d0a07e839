//! Whole runs of the built program on real files: what is dropped in, what the ledger believes, and
//! every byte of the bundles that come out.

#[path = "whole_runs/every_set.rs"]
mod every_set;
#[path = "whole_runs/export_formats.rs"]
mod export_formats;
#[path = "whole_runs/facebook.rs"]
mod facebook;
#[path = "whole_runs/program.rs"]
mod program;
#[path = "whole_runs/revisions.rs"]
mod revisions;
#[path = "whole_runs/same_bytes.rs"]
mod same_bytes;
#[path = "whole_runs/unknown.rs"]
mod unknown;
