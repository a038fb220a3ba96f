//! The shared object's interface, made safe. **All of the crate's unsafe code is below this module.**
//!
//! Why it is sound, as far as Rust can tell; that the object keeps its side is what `vigil_gpu.h` says and the tests check:
//!
//! - Opening an object runs its constructors. It is the file beside the program or the one that the user names, so it is trusted like
//!   the program itself. Its functions are looked up by name after its version was compared, and have
//!   the types of the header; they live as long as the [`Object`], which everything made with it keeps alive.
//! - Everything that the object makes is owned by one value here, is released once, by its `Drop`, and holds
//!   an [`Arc`](std::sync::Arc) of its [`Device`], so a device is closed last.
//! - A device and what was made on it are only passed to functions under the device's lock; vectors of another device are refused
//!   before. Nothing is bound to a thread: each call names the device to the driver again.
//! - Pointers to Rust's memory are to slices whose lengths are checked here against what the function reads or writes, and
//!   are not kept: copies to a device are of pageable memory, which the driver stages before it returns.
//! - No exception leaves the object, and a failure is a message that is copied at once.
#![allow(unsafe_code)]

mod device;
mod linear;
mod object;
mod rows;

pub use device::{Bases, Device, Program, Vector};
pub use object::{Gpu, OBJECT, Object, VARIABLE};
pub use rows::Step;
