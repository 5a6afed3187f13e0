#include "common/program/command.hpp"
#include "sender/commands/program.hpp"

int main(int argc, char** argv) {
  return healthmetric::program::run_program(healthmetric::sender::make_program, argc, argv);
}
