// Where in this origin the service is: below the page, and nowhere else.

/** Relative to the page, whose folder is the worker's scope. */
export const BASE = "keywicket/";
/** The database of the service's store. */
export const DATABASE = "keywicket";
