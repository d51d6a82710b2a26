//! The demo's activities: plausible shapes of what communes do in a year, and none of it true.

use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ToSpan as _};
use store::Id;

use super::chance::Chance;
use super::laws::{Known, Laws};
use super::people::{Site, lower_first};
use crate::app::start_of_day;
use crate::features::activities::Content;

/// How much a year's months see, January first: little around Tết, most around Law Day (9/11).
const SEASONS: [usize; 12] = [60, 45, 95, 100, 100, 100, 95, 95, 105, 120, 170, 80];

const METHODS: [(&str, usize); 15] = [
    ("talk", 420),
    ("broadcast", 180),
    ("web", 110),
    ("materials", 70),
    ("advice", 60),
    ("school", 40),
    ("hearing", 30),
    ("poster", 30),
    ("culture", 24),
    ("club", 20),
    ("contest", 12),
    ("legal-aid", 10),
    ("bookcase", 8),
    ("media", 6),
    ("other", 4),
];

/// What is spoken about besides the laws of the registry.
const TOPICS: [(&str, usize); 15] = [
    ("Luật Đất đai", 16),
    ("pháp luật về trật tự, an toàn giao thông", 14),
    ("Luật Phòng, chống bạo lực gia đình", 8),
    ("Luật Phòng, chống ma túy", 9),
    ("Luật Hôn nhân và gia đình", 7),
    ("Luật Nghĩa vụ quân sự", 6),
    ("Luật Bảo hiểm y tế", 6),
    ("Luật Bảo vệ môi trường", 6),
    ("Luật Căn cước", 6),
    ("pháp luật về phòng cháy, chữa cháy", 7),
    ("pháp luật về lao động và bảo hiểm xã hội", 6),
    ("Luật Trẻ em", 5),
    ("pháp luật về hộ tịch, chứng thực", 5),
    ("pháp luật về an ninh mạng, phòng ngừa lừa đảo", 8),
    ("pháp luật về khiếu nại, tố cáo", 4),
];

const AUDIENCES: [(&str, usize); 9] = [
    ("people", 560),
    ("officials", 130),
    ("students", 90),
    ("workers", 70),
    ("business", 45),
    ("minority", 45),
    ("probation", 30),
    ("disabled", 15),
    ("domestic-violence", 15),
];

/// One activity to record, and when that is done.
pub struct Planned {
    pub at: Timestamp,
    pub by: Id,
    pub shard: i64,
    /// It is recorded under the plan's line about its law, where there is one in force.
    pub is_planned: bool,
    pub content: Content,
    /// What it is corrected to before the year's reports, when it is a mistake that somebody finds.
    pub corrected: Option<Box<Content>>,
}

/// A day of the months from `from` to `to`, rather a working day.
pub fn day(chance: &mut Chance, from: Date, to: Date) -> Date {
    let mut months = Vec::new();
    let mut month = from.first_of_month();
    while month <= to {
        let weight = SEASONS[usize::from(month.month().unsigned_abs()) - 1];
        let share = i64::from(month.last_of_month().min(to).day() - month.max(from).day() + 1);
        months.push((month, weight * usize::try_from(share).unwrap_or(0)));
        month = month.saturating_add(1.month());
    }
    let month = chance.weighted(&months);
    let (first, last) = (month.max(from), month.last_of_month().min(to));
    // A rest day is thrown again, once or twice: some things are done on Saturdays and Sundays.
    let mut day = first;
    for _ in 0..3 {
        day = first.saturating_add(chance.between(0, i64::from(last.day() - first.day())).days());
        if !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
            break;
        }
    }
    day
}

/// What one unit did on a day.
pub fn content(chance: &mut Chance, site: &Site, day: Date, laws: &Laws) -> Content {
    let method = chance.weighted(&METHODS);
    let law = if chance.percent(55) { laws.on(chance, day) } else { None };
    let topic = law.map_or_else(|| chance.weighted(&TOPICS), |l| l.name.as_str());
    let audience = match method {
        "school" => "students",
        "hearing" | "advice" | "broadcast" => "people",
        _ if site.place.level == "agency" => {
            chance.weighted(&[("officials", 50), ("workers", 20), ("people", 30)])
        }
        _ => chance.weighted(&AUDIENCES),
    };
    activity(chance, site, day, (method, audience), (law, topic))
}

/// What one unit did on a day for somebody, about something.
pub fn activity(
    chance: &mut Chance,
    site: &Site,
    day: Date,
    (method, audience): (&'static str, &'static str),
    (law, topic): (Option<&Known>, &str),
) -> Content {
    let place = &site.place;
    let unit = lower_first(&place.name);
    let hamlet = match place.level.as_str() {
        "commune" if place.name.starts_with("Phường") || place.name.starts_with("Thị trấn") => {
            format!("khu phố {}", chance.between(1, 12))
        }
        "commune" => format!("ấp {}", chance.between(1, 9)),
        _ => unit.clone(),
    };
    let law_day = day.month() == 11 && day.day() <= 9 && chance.percent(55);
    let title = title(method, topic, audience, &hamlet, law_day);
    let attendances = match method {
        "talk" => chance.skewed(55.0, 0.5, 12, 420),
        "advice" => chance.skewed(4.0, 0.6, 1, 25),
        "hearing" => chance.skewed(6.0, 0.6, 2, 60),
        "legal-aid" => chance.skewed(40.0, 0.4, 10, 140),
        "culture" => chance.skewed(180.0, 0.6, 40, 1_500),
        "club" => chance.skewed(22.0, 0.4, 8, 80),
        "school" => chance.skewed(380.0, 0.5, 60, 1_600),
        "contest" => chance.skewed(150.0, 0.7, 30, 1_800),
        _ => 0,
    };
    let share = |n: i64, percent: i64| n * percent / 100;
    // Few are counted, and few there are; at talks for them nearly everybody is, and is counted.
    let for_minority = audience == "minority";
    let women = chance.between(32, 62);
    let minority = if for_minority { chance.between(65, 98) } else { chance.between(0, 6) };
    let copies = match method {
        "talk" if chance.percent(55) => share(attendances, chance.between(50, 110)),
        "materials" => chance.skewed(300.0, 0.7, 50, 4_000),
        "legal-aid" | "club" => attendances,
        _ => 0,
    };
    let cost = match method {
        "talk" if chance.percent(45) => chance.between(6, 30) * 50_000,
        "contest" => chance.between(8, 60) * 500_000,
        "culture" => chance.between(4, 30) * 500_000,
        "materials" => copies * chance.between(3, 9) * 500,
        "poster" => chance.between(4, 40) * 100_000,
        "legal-aid" => chance.between(10, 40) * 100_000,
        _ => 0,
    };
    let is_held = attendances > 0;
    Content {
        unit: place.unit,
        method: method.into(),
        day,
        title,
        place: if is_held { venue(chance, method, &hamlet, &unit) } else { String::new() },
        speaker: if matches!(method, "talk" | "club" | "school" | "legal-aid") {
            speaker(chance)
        } else {
            String::new()
        },
        note: String::new(),
        laws: law.map(|l| l.id).into_iter().collect(),
        audiences: vec![audience.into()],
        attendances,
        women: (is_held && chance.percent(75)).then(|| share(attendances, women)),
        minority: (is_held && (chance.percent(12) || for_minority)).then(|| share(attendances, minority)),
        copies,
        cost,
        estimated: false,
        reason: String::new(),
        plan_line: None,
    }
}

fn title(method: &str, topic: &str, audience: &str, hamlet: &str, law_day: bool) -> String {
    let whom = match audience {
        "officials" => "cán bộ, công chức".to_owned(),
        "students" => "học sinh".to_owned(),
        "workers" => "người lao động".to_owned(),
        "business" => "doanh nghiệp, hộ kinh doanh".to_owned(),
        "minority" => format!("đồng bào dân tộc thiểu số {hamlet}"),
        "probation" => "người được giáo dục tại xã, phường".to_owned(),
        "disabled" => "người khuyết tật".to_owned(),
        "domestic-violence" => "phụ nữ, trẻ em cần được bảo vệ".to_owned(),
        _ => format!("người dân {hamlet}"),
    };
    let what = match method {
        "broadcast" => format!("Phát loa bản tin {topic}"),
        "web" => format!("Đăng bài tìm hiểu {topic}"),
        "materials" => format!("Phát tờ gấp {topic} cho {whom}"),
        "advice" => format!("Hướng dẫn {whom} tìm hiểu {topic}"),
        "poster" => format!("Treo băng-rôn, niêm yết {topic} tại {hamlet}"),
        "contest" => format!("Thi tìm hiểu {topic} dành cho {whom}"),
        "hearing" => format!("Giải thích {topic} khi tiếp công dân"),
        "legal-aid" => format!("Trợ giúp pháp lý lưu động, {topic}, {hamlet}"),
        "culture" => format!("Lồng ghép {topic} trong chương trình văn nghệ {hamlet}"),
        "club" => format!("Sinh hoạt câu lạc bộ pháp luật {hamlet}: {topic}"),
        "school" => format!("Ngoại khóa {topic} cho học sinh"),
        "bookcase" => format!("Bổ sung sách về {topic} cho tủ sách pháp luật"),
        "media" => format!("Tin trên bản tin nội bộ về {topic}"),
        "other" => format!("Lồng ghép {topic} trong đối thoại với {whom}"),
        _ => format!("Phổ biến {topic} cho {whom}"),
    };
    if law_day { format!("Ngày Pháp luật 9/11: {}", lower_first(&what)) } else { what }
}

fn venue(chance: &mut Chance, method: &str, hamlet: &str, unit: &str) -> String {
    match method {
        "school" => {
            chance.pick(&["Trường Trung học cơ sở", "Trường Tiểu học", "Trường Trung học phổ thông"]).into()
        }
        "advice" | "hearing" => format!("Trung tâm Phục vụ hành chính công {unit}"),
        _ if chance.percent(25) => format!("Hội trường Ủy ban nhân dân {unit}"),
        _ => format!("Nhà văn hóa {hamlet}"),
    }
}

fn speaker(chance: &mut Chance) -> String {
    chance
        .pick(&[
            "Tuyên truyền viên pháp luật",
            "Tuyên truyền viên pháp luật",
            "Công chức tư pháp",
            "Báo cáo viên pháp luật tỉnh",
            "Công an xã",
            "Trợ giúp viên pháp lý",
        ])
        .into()
}

/// Working hours of the day an activity is recorded, up to three days after it.
pub fn recorded_at(chance: &mut Chance, day: Date) -> Timestamp {
    let at = start_of_day(day.saturating_add(chance.between(0, 3).days())).unwrap_or(Timestamp::UNIX_EPOCH);
    at + std::time::Duration::from_secs(chance.below(9 * 3_600) as u64 + 8 * 3_600)
}
