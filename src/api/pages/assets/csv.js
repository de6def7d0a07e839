// The table of the page as CSV. Cells of text can't be taken for formulas by a spreadsheet.

function cell(value) {
  if (typeof value === "number") return Number.isFinite(value) ? String(Math.round(value * 100) / 100) : "";
  if (value === null || value === undefined) return "";
  const text = /^[=+\-@\t\r\n]/.test(value) ? "'" + value : value;
  return /[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
}

/** Rows of cells → the text of a CSV file. */
export function csv(rows) {
  return rows.map((row) => row.map(cell).join(",") + "\r\n").join("");
}
