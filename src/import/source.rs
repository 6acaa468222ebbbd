//! Where an import reads from: a file, or bytes that are part of the program.

use std::{borrow::Cow, fmt::Display, fs, path::Path};

use super::{
    text::{self, Text},
    workbook,
};
use crate::base::{Error, Result};

/// A file on disk, or bytes under the name that refusals use.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    Path(&'a Path),
    Bytes { name: &'a str, bytes: &'a [u8] },
}

impl<'a> Source<'a> {
    /// The file's name as refusals show it.
    pub fn name(&self) -> String {
        match self {
            Self::Path(path) => path.display().to_string(),
            Self::Bytes { name, .. } => (*name).to_owned(),
        }
    }

    /// The refusal of the whole file.
    pub fn refused(&self, reason: impl Display) -> Error {
        Error::invalid("file", format!("{}: {reason}", self.name()))
    }

    /// Its text, of a workbook that of its table; what is none is refused by the name of what it is.
    pub fn text(&self) -> Result<Text> {
        let bytes = self.read()?;
        let text = if text::is_workbook(&bytes) { workbook::text(&bytes) } else { text::decode(&bytes) };
        text.map_err(|e| self.refused(e))
    }

    /// Everything in it; a missing or empty file is refused.
    pub fn read(&self) -> Result<Cow<'a, [u8]>> {
        let bytes = match *self {
            Self::Path(path) => Cow::Owned(fs::read(path).map_err(|e| self.refused(format!("cannot be read: {e}")))?),
            Self::Bytes { bytes, .. } => Cow::Borrowed(bytes),
        };
        if bytes.is_empty() { Err(self.refused("the file is empty")) } else { Ok(bytes) }
    }
}
