//! Decision and advice → `weekly_budget.xlsx`: budgets, reasons, key figures and scenarios, formatted for
//! a manager's spreadsheet program. It holds no formula, and text from outside is never one.

mod sheets;
mod styles;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use super::page::PageInput;
use crate::domain::text::escape;
use crate::report::words;
use styles::Styles;

/// The bytes of `weekly_budget.xlsx`. The same input gives the same bytes: its time of creation is the
/// start of the week that it is for.
pub fn weekly_budget_xlsx(input: &PageInput<'_>) -> Vec<u8> {
    build(input).expect("rows, columns and names of sheets are within a workbook's limits")
}

fn build(input: &PageInput<'_>) -> Result<Vec<u8>, XlsxError> {
    let decision = input.decision;
    let styles = Styles::of(&decision.account);
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties(input)?);
    sheets::budgets(workbook.add_worksheet(), decision, &styles)?;
    sheets::explanation(workbook.add_worksheet(), decision, &styles)?;
    sheets::kpis(workbook.add_worksheet(), decision, &styles)?;
    sheets::scenarios(workbook.add_worksheet(), input, &styles)?;
    workbook.save_to_buffer()
}

fn properties(input: &PageInput<'_>) -> Result<DocProperties, XlsxError> {
    let day = input.decision.week.first_day();
    let title = format!("Marketing budget for {}", words::week(input.decision.week));
    Ok(DocProperties::new()
        .set_title(title)
        .set_subject(format!("Account {}", escape(input.decision.account.id.as_str())))
        .set_author("budgetd")
        .set_creation_datetime(&ExcelDateTime::parse_from_str(
            &day.format("%Y-%m-%d").to_string(),
        )?))
}
