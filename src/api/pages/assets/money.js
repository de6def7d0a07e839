// Figures as people of an account's currency write them. No figure of this file is sent anywhere.

const FORMATS = {
  lakh: [",", "."],
  comma: [",", "."],
  dot: [".", ","],
  space: ["\u00a0", ","],
  apostrophe: ["'", "."],
};
const LAKH_CURRENCIES = ["INR", "LKR", "NPR", "PKR"];

function grouped(digits, format) {
  const [separator] = FORMATS[format];
  if (format !== "lakh" || digits.length <= 3) {
    return digits.replace(/\B(?=(\d{3})+$)/g, separator);
  }
  const head = digits.slice(0, -3).replace(/\B(?=(\d{2})+$)/g, separator);
  return head + separator + digits.slice(-3);
}

/** What stands before an amount: "₹", "CHF ". */
function markOf(account) {
  if (typeof account.currency_mark === "string") return account.currency_mark;
  try {
    const parts = new Intl.NumberFormat("en", { style: "currency", currency: account.currency }).formatToParts(1);
    const mark = parts.find((part) => part.type === "currency").value;
    return mark === account.currency ? mark + " " : mark;
  } catch {
    return account.currency + " ";
  }
}

/** The writer of amounts of an account: whole units, or two decimals where `decimals` says so. */
export function writer(account) {
  const named = account.number_format;
  const usual = LAKH_CURRENCIES.includes(account.currency) ? "lakh" : "comma";
  const format = named in FORMATS ? named : usual;
  const mark = markOf(account);
  const number = (value, decimals) => {
    const [whole, fraction] = Math.abs(value).toFixed(decimals).split(".");
    return grouped(whole, format) + (fraction ? FORMATS[format][1] + fraction : "");
  };
  const money = (value, decimals = 0) => {
    if (value === null || value === undefined || !Number.isFinite(value)) return "not known";
    const text = number(value, decimals);
    const isNothing = !/[1-9]/.test(text);
    return (value < 0 && !isNothing ? "-" : "") + mark + text;
  };
  const change = (value) => (Math.round(value) > 0 ? "+" : "") + money(value);
  return { money, change };
}

/** "37 %": a share of one, no digit more than it deserves. */
export function percent(share) {
  return Math.round(share * 100) + " %";
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** "6 Jan 2025": a day that nobody misreads, of the text 2025-01-06. */
export function day(text) {
  const [year, month, of] = text.split("-").map(Number);
  return `${of} ${MONTHS[month - 1]} ${year}`;
}
