#include "common/program/command.hpp"
#include "receiver/commands/program.hpp"

int main(int argc, char** argv) {
  return healthmetric::program::run_program(healthmetric::receiver::make_program, argc, argv);
}
