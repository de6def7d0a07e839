//! Drop folders, the archive and the way of a file between them, on real folders: what is taken,
//! what a hostile sender can do, and what a kill at any point leaves behind.

mod answering;
mod archiving;
mod checked;
mod companions;
mod full_disk;
mod hostile;
mod hostile_program;
mod killed;
mod model_folder;
mod model_settler;
mod place;
mod program;
#[path = "../cli/place.rs"]
mod program_place;
mod scanning;
mod taking;
