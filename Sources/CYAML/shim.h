// libyaml, from the system (Debian's libyaml-dev). berthctl links its archive, so that it runs where libyaml is not.
#include <yaml.h>
