/** What a page and the application that has opened it say to each other, beside `{ records }` and, to leave, anything else. */
export const pageHello = 'nats-stream page';
export const pageTaken = 'taken';
