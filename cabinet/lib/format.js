// Russian formats of numbers, money, dates and counted nouns. Days are those of Moscow.

const ZONE = "Europe/Moscow";
const rubles = new Intl.NumberFormat("ru-RU", { style: "currency", currency: "RUB" });
const wholeRubles = new Intl.NumberFormat("ru-RU", {
  style: "currency", currency: "RUB", maximumFractionDigits: 0,
});
const numbers = new Intl.NumberFormat("ru-RU");
const tenths = new Intl.NumberFormat("ru-RU", { maximumFractionDigits: 1 });
const plurals = new Intl.PluralRules("ru-RU");
const days = new Intl.DateTimeFormat("ru-RU", {
  day: "numeric", month: "long", year: "numeric", timeZone: "UTC",
});
const shortDays = new Intl.DateTimeFormat("ru-RU", { day: "numeric", month: "short", timeZone: "UTC" });
const months = new Intl.DateTimeFormat("ru-RU", { month: "long", year: "numeric", timeZone: "UTC" });
const moments = new Intl.DateTimeFormat("ru-RU", {
  day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", timeZone: ZONE,
});
const shortMoments = new Intl.DateTimeFormat("ru-RU", {
  day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZone: ZONE,
});
const isoDays = new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE });

/** Format kopecks as roubles: «12 200 ₽», «1,80 ₽». */
export function money(kopecks) {
  return (kopecks % 100 ? rubles : wholeRubles).format(kopecks / 100);
}

/** Parse typed roubles, «12 200,50», into kopecks; null for zero and for what is not an amount. */
export function kopecks(text) {
  const match = text.replace(/[\s\u00a0₽]/g, "").match(/^(\d{1,9})(?:[.,](\d{1,2}))?$/);
  return match && (Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0"))) || null;
}

export function number(value) {
  return numbers.format(value);
}

/** Format a number with its noun: «1 заказ», «2 заказа», «5 заказов». */
export function count(value, singular, few, many) {
  return `${number(value)}\u00a0${plural(value, singular, few, many)}`;
}

/** Return the form of a noun after a number. */
export function plural(value, singular, few, many) {
  return { one: singular, few }[plurals.select(value)] ?? many;
}

/** Format an ISO day: «24 ноября 2026 г.». */
export function day(iso) {
  return days.format(new Date(`${iso}T00:00:00Z`));
}

/** Format an ISO day for an axis: «24 нояб.». */
export function shortDay(iso) {
  return shortDays.format(new Date(`${iso}T00:00:00Z`));
}

/** Format an RFC 3339 time in Moscow: «24 ноября 2026 г. в 11:30». */
export function moment(iso) {
  return moments.format(new Date(iso));
}

/** Format an RFC 3339 time in Moscow briefly: «24 нояб., 11:30». */
export function shortMoment(iso) {
  return shortMoments.format(new Date(iso));
}

/** Format the last day before a deadline at midnight: «27 ноября 2026 г.». */
export function lastDay(iso) {
  return day(isoDays.format(Date.parse(iso) - 1));
}

/** Return the ISO day in Moscow so many days from now. */
export function dayFromNow(shift = 0) {
  return isoDays.format(Date.now() + shift * 86_400_000);
}

/** Return the ISO days from one to another, both included. */
export function daysBetween(from, to) {
  const days = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += 86_400_000) {
    days.push(new Date(at).toISOString().slice(0, 10));
  }
  return days;
}

/** Format an ISO month: «ноябрь 2026 г.». */
export function month(iso) {
  return months.format(new Date(`${iso}-01T00:00:00Z`));
}

/** Format a size: «812 байт», «1,4 КБ», «2 МБ». */
export function size(bytes) {
  if (bytes < 1024) return count(bytes, "байт", "байта", "байт");
  if (bytes < 1024 * 1024) return `${tenths.format(bytes / 1024)}\u00a0КБ`;
  return `${tenths.format(bytes / 1024 / 1024)}\u00a0МБ`;
}
