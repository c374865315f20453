/** Whose page this is: somebody else may have signed in in this browser since, and what was written here is not theirs. */
export const person = document.body.dataset.person ?? "";

/** For requests that bring this page something or send what was written on it; refused when somebody else is signed in now. */
export const ownPage = person ? { "Consult-Person": person } : {};
