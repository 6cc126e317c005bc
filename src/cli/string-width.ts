/**
 * How many columns of a terminal a text takes: wide characters and emoji take two, marks that combine none. The build puts
 * the library itself into this file, as with the parser of the command line.
 */
export { default as stringWidth } from 'string-width';
