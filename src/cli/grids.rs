//! `xunge grids`: where nobody has cut the villages, draw grids of bearable size.

use clap::{Args, Subcommand};

use super::{
    ACTOR, Place,
    counties::{self, Counties},
    now,
    show::Show,
};
use crate::{
    base::{Code, Error},
    domain::areas::{Area, Level},
    import::{
        draw::{GridLimits, draw_grids},
        generation, settled,
    },
    store::{self, areas::drafts},
};

#[derive(Debug, Subcommand)]
pub enum Grids {
    /// Draws grids beneath the lowest level of a county, in the place of those it has
    Draw(Draw),
}

#[derive(Debug, Args)]
pub struct Draw {
    /// The county's code; not needed where there is just one county
    #[arg(long, value_name = "CODE")]
    county: Option<Code>,
    /// Most weight of a grid: a building weighs 1, and so do 30 m of residential road
    #[arg(long, default_value_t = GridLimits::default().max_weight, value_name = "WEIGHT")]
    max_weight: f64,
    /// Largest area of a grid, square kilometres
    #[arg(long, default_value_t = GridLimits::default().max_area_m2 / 1e6, value_name = "KM2")]
    max_area_km2: f64,
    /// Into this draft, which the new one takes the place of
    #[arg(long, value_name = "N")]
    onto: Option<i64>,
    #[command(flatten)]
    place: Place,
}

impl Grids {
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Draw(draw) => draw.run().await,
        }
    }
}

impl Draw {
    async fn run(self) -> anyhow::Result<()> {
        let limits = self.limits()?;
        let (db, folder) = self.place.open().await?;
        let mut counties = Counties::read(&db, true).await?;
        let drafted = match self.onto {
            Some(onto) => Some(counties.with_draft(&db, onto).await?),
            None => None,
        };
        let county = counties.pick(drafted.as_ref().or(self.county.as_ref()).map(Code::as_str))?;
        let county =
            county.ok_or_else(|| Error::conflict("there are no areas to draw grids in: import areas first"))?;
        let network = super::roads::in_force(&db, &folder).await?;
        let show = Show::default();
        show.step("draw grids");
        let upper: Vec<Area> = county.areas.iter().filter(|a| a.level != Level::Grid).cloned().collect();
        let grids = draw_grids(&upper, &settled::weights(&network), &limits)?;
        let areas = [upper, grids].concat();
        let code = Code::new(&county.generation.county)?;
        counties.check(code.as_str(), &areas)?;
        show.done();
        counties::print("the county then has", &areas);
        if generation::same_down_to(Level::Grid, &county.areas, &areas) {
            println!("nothing changed: county {code} has these grids already");
            return Ok(());
        }
        let mut write = db.write(ACTOR, now()).await?;
        counties.still(&mut write.tx).await?;
        let (source, demo) = (&county.generation.source, county.generation.demo != 0);
        if self.onto.is_some() {
            let generation = drafts::draft(&mut write, (&code, &areas, source), None, self.onto).await?;
            write.commit().await?;
            println!("county {code} has draft {generation} with new grids");
            return Ok(());
        }
        store::areas::replace(&mut write, &code, &areas, source, demo).await?;
        write.commit().await?;
        println!("county {code} has new grids");
        Ok(())
    }

    fn limits(&self) -> Result<GridLimits, Error> {
        let positive = |field: &str, value: f64| {
            let fine = value.is_finite() && value > 0.0;
            fine.then_some(value).ok_or_else(|| Error::invalid(field, format!("{value} is not above zero")))
        };
        Ok(GridLimits {
            max_weight: positive("max_weight", self.max_weight)?,
            max_area_m2: positive("max_area_km2", self.max_area_km2)? * 1e6,
        })
    }
}
