/**
 * The parser of the command line. The build puts the library itself into this file, so that whoever installs the package
 * for its streams does not install a parser of command lines along with it.
 */
export { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
