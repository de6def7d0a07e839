//! Tables → the bytes of an SQLite database, made in memory. It needs no file beside it to be read,
//! and the same tables give the same bytes.

use std::io;
use std::path::Path;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, MAIN_DB, ToSql};

use super::StoreError;
use crate::report::mart::{Cell, MART_FORMAT, Table};

/// The name of the database in a bundle.
pub const FILE_NAME: &str = "marketing.db";

/// `budm` in ASCII: marks an SQLite file as a mart of this program.
pub const APPLICATION_ID: u32 = 0x6275_646d;

/// Bytes of a page.
const PAGE_BYTES: u32 = 4096;

/// A database of `tables` with their indexes and views. Its types are declared but the tables aren't
/// `STRICT`: readers with an SQLite before 3.37 could open none of them.
pub fn to_bytes(tables: &[Table<'_>]) -> Result<Vec<u8>, StoreError> {
    made(tables).map_err(|error| {
        let what = "the tables for BI tools can't be made";
        StoreError::machine(what, Path::new(FILE_NAME), io::Error::other(error))
    })
}

fn made(tables: &[Table<'_>]) -> rusqlite::Result<Vec<u8>> {
    let connection = Connection::open_in_memory()?;
    connection.pragma_update(None, "page_size", PAGE_BYTES)?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update(None, "user_version", MART_FORMAT)?;
    // Nothing is ever rolled back: what fails is dropped whole.
    connection.pragma_update_and_check(None, "journal_mode", "off", |_| Ok(()))?;
    connection.execute_batch("BEGIN")?;
    for table in tables {
        connection.execute_batch(&create_table(table))?;
        insert(&connection, table)?;
        connection.execute_batch(&create_indexes_and_views(table))?;
    }
    connection.execute_batch("COMMIT")?;
    Ok(connection.serialize(MAIN_DB)?.to_vec())
}

fn create_table(table: &Table<'_>) -> String {
    let mut parts: Vec<String> = table
        .columns
        .iter()
        .map(|column| {
            let required = if column.is_required { " NOT NULL" } else { "" };
            format!("{} {}{required}", quoted(&column.name), column.kind.sql())
        })
        .collect();
    if !table.primary_key.is_empty() {
        parts.push(format!("PRIMARY KEY ({})", names(table, &table.primary_key)));
    }
    format!("CREATE TABLE {} (\n  {}\n)", quoted(table.name), parts.join(",\n  "))
}

fn insert(connection: &Connection, table: &Table<'_>) -> rusqlite::Result<()> {
    let places = vec!["?"; table.columns.len()].join(", ");
    let sql = format!("INSERT INTO {} VALUES ({places})", quoted(table.name));
    let mut statement = connection.prepare(&sql)?;
    let mut before: &[Cell<'_>] = &[];
    for row in &table.rows {
        for (position, cell) in row.iter().enumerate() {
            // A parameter keeps its value, and half of a row is the same for all of a day.
            if before.get(position) != Some(cell) {
                statement.raw_bind_parameter(position + 1, cell)?;
            }
        }
        statement.raw_execute()?;
        before = row;
    }
    Ok(())
}

fn create_indexes_and_views(table: &Table<'_>) -> String {
    let mut sql = String::new();
    for (position, index) in table.indexes.iter().enumerate() {
        let name = quoted(&format!("{}_{}", table.name, position + 1));
        let columns = names(table, index);
        sql.push_str(&format!("CREATE INDEX {name} ON {} ({columns});\n", quoted(table.name)));
    }
    for view in table.views {
        let (view, table) = (quoted(view), quoted(table.name));
        sql.push_str(&format!("CREATE VIEW {view} AS SELECT * FROM {table};\n"));
    }
    sql
}

fn names(table: &Table<'_>, positions: &[usize]) -> String {
    let names = positions.iter().map(|&position| quoted(&table.columns[position].name));
    names.collect::<Vec<_>>().join(", ")
}

/// `name` as SQL reads it, whatever stands in it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Whole(number) => ValueRef::Integer(*number),
            Self::Real(number) => ValueRef::Real(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

#[cfg(test)]
mod tests;
