//! stub
use crate::{
    base::Result,
    domain::{areas::Areas, response::Definition, roads::Network},
};
#[derive(Debug)]
pub struct Base {}
impl Base {
    pub fn new(_: &Areas, _: &Network, _: &Definition, _: u8) -> Result<Self> {
        Ok(Self {})
    }
}
