//! The demo's people: roles, not names of officials. One password for all of them, printed by the command.

use store::{Id, Tx};

use super::units::{Place, Units};
use crate::access::{Appointment, Role};
use crate::app::App;
use crate::error::{Error, Result};
use crate::features::orgs::import;
use crate::features::people;
use crate::signin;

pub const PASSWORD: &str = "phap-luat-cho-dan-2026";
/// Argon2id of [`PASSWORD`] with a salt of its own, because chance in a salt would make other rows each time.
const PASSWORD_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$lGQYZ65FSfTDGUvVQXPAiw$rYVeTeRP3LIcc1BTT0ki4pk7anQHNwAJKfV6iFFT2Vo";

/// An account to try the program with.
#[derive(Debug, Clone, serde::Serialize)]
pub struct DemoAccount {
    /// Its code; the words are keyed `role-…`.
    pub role: String,
    pub unit: String,
    pub email: String,
}

/// A unit and who works there.
#[derive(Debug, Clone)]
pub struct Site {
    pub place: Place,
    /// Records, writes plans, posts and reports.
    pub officer: Id,
    /// Approves; an agency of the council has none.
    pub leader: Id,
    /// Writes posts, where there is one.
    pub editor: Id,
}

/// Everybody.
pub struct People {
    pub province: Site,
    pub agencies: Vec<Site>,
    pub communes: Vec<Site>,
}

impl People {
    pub fn commune(&self, name: &str) -> Result<&Site> {
        self.communes.iter().find(|c| c.place.name == name).ok_or(Error::NotFound)
    }
}

pub async fn create(tx: &mut Tx, app: &App, units: Units) -> Result<People> {
    let nation =
        Place { unit: import::nation_id(), shard: 0, name: "Việt Nam".into(), level: "nation".into() };
    let mut hire = Hire { app, by: None };
    let admin = hire.add(tx, &nation, Role::SystemAdministrator, "Quản trị hệ thống", "quantri").await?;
    hire.by = Some(admin);

    let p = &units.province;
    let officer = hire.add(tx, p, Role::ProvincialOfficer, "Chuyên viên Sở Tư pháp", "sotuphap").await?;
    let leader = hire.add(tx, p, Role::Leader, "Lãnh đạo Ủy ban nhân dân tỉnh", "lanhdao.tinh").await?;
    let editor = hire.add(tx, p, Role::Editor, "Biên tập viên của tỉnh", "bientap.tinh").await?;
    let province = Site { place: units.province.clone(), officer, leader, editor };

    let mut agencies = Vec::new();
    for (i, place) in units.agencies.into_iter().enumerate() {
        let title = format!("Ủy viên Hội đồng phối hợp, {}", place.name);
        let name = format!("hoidong{:02}", i + 1);
        let officer = hire.add(tx, &place, Role::CouncilMember, &title, &name).await?;
        agencies.push(Site { place, officer, leader: officer, editor: officer });
    }
    let mut communes = Vec::new();
    for place in units.communes {
        let short = viet::fold(&place.name).replace(['-', ' '], "");
        let unit = lower_first(&place.name);
        let title = format!("Công chức tư pháp {unit}");
        let officer = hire.add(tx, &place, Role::CommuneOfficer, &title, &format!("tuphap.{short}")).await?;
        let title = format!("Phó Chủ tịch Ủy ban nhân dân {unit}");
        let leader = hire.add(tx, &place, Role::Leader, &title, &format!("lanhdao.{short}")).await?;
        let mut editor = officer;
        if place.name == super::BEN_LUC {
            let title = "Biên tập viên trang thông tin";
            editor = hire.add(tx, &place, Role::Editor, title, "bientap.benluc").await?;
            hire.add(tx, &place, Role::Reader, "Người theo dõi số liệu", "theodoi.benluc").await?;
        }
        communes.push(Site { place, officer, leader, editor });
    }
    Ok(People { province, agencies, communes })
}

/// The accounts to try the program with: those of the whole, of the province, of one agency and one commune.
pub async fn accounts(app: &App) -> Result<Vec<DemoAccount>> {
    let tree = app.trees.on(&app.db, app.today()).await?;
    let named = |level: &str, name: &str| {
        tree.units().find(|u| u.level == level && u.name == name).map(|u| u.unit_id)
    };
    let units = [
        Some(import::nation_id()),
        named("province", super::TAY_NINH),
        named("agency", "Sở Giáo dục và Đào tạo"),
        named("commune", super::BEN_LUC),
    ];
    let mut all = Vec::new();
    for unit in units.into_iter().flatten() {
        let name = tree.get(unit).map_or(String::new(), |u| u.name.clone());
        let here = people::list_of_unit(&app.db, unit).await?;
        all.extend(here.into_iter().map(|a| DemoAccount {
            role: a.role,
            unit: name.clone(),
            email: a.email,
        }));
    }
    Ok(all)
}

/// "Xã Bến Lức" inside a sentence.
pub fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

struct Hire<'a> {
    app: &'a App,
    by: Option<Id>,
}

impl Hire<'_> {
    async fn add(&self, tx: &mut Tx, at: &Place, role: Role, title: &str, name: &str) -> Result<Id> {
        // `.example` can be nobody's address.
        let email = format!("{name}@tayninh.example");
        let appointment = Appointment { role, unit: at.unit, from: import::TWO_LEVELS, until: None };
        let (account, _) =
            people::create(tx, self.app, self.by, at.shard, &email, title, &appointment).await?;
        signin::set_password_hash(tx, account, PASSWORD_HASH).await?;
        Ok(account)
    }
}
