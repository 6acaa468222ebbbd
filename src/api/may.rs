//! What a caller may do, as a part of a handler's signature: `May<rights::Report>` lets in who has that
//! right. It stands first among the arguments: who may not is refused before anything of the request is read.

use axum::{extract::FromRequestParts, http::request::Parts};

use super::{Caller, Problem, caller::known};
use crate::{
    base::{Error, Kind},
    ctx::Ctx,
    domain::auth::Right,
};

/// A caller who has the right `R`.
#[derive(Debug)]
pub struct May<R>(pub Caller, pub R);

/// A right as a type.
pub trait Needed: Default {
    const RIGHT: Right;
}

macro_rules! needed {
    ($($name:ident),+) => {
        /// Each right as a type.
        pub mod rights {
            $(#[derive(Debug, Default)] pub struct $name;
            impl super::Needed for $name { const RIGHT: super::Right = super::Right::$name; })+
        }
    };
}
needed!(
    Read,
    ReadPersonal,
    Report,
    Remark,
    Correct,
    Position,
    Dispatch,
    Judge,
    Duty,
    Plan,
    Publish,
    Roads,
    Catalogue,
    Audit,
    Admin
);

impl<R: Needed> FromRequestParts<Ctx> for May<R> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, ctx: &Ctx) -> Result<Self, Problem> {
        let caller = known(parts, ctx).await?;
        caller.needs(R::RIGHT)?;
        Ok(Self(caller, R::default()))
    }
}

impl Caller {
    /// # Errors
    /// `Forbidden` without the right.
    pub fn needs(&self, right: Right) -> Result<(), Error> {
        if self.role.may(right) {
            return Ok(());
        }
        let detail = format!("this needs the right {}, and yours is a {} key", right.as_str(), self.role.as_str());
        Err(Error::new(Kind::Forbidden, detail))
    }
}
