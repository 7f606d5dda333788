/** The root of the package, or of the checkout: `schema`, `docs` and `inventory` lie there, beside `src` or `dist`. */
export const packageFolder = new URL("../", import.meta.url);
