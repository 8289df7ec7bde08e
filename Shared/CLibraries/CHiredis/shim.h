#ifndef ASTERISM_CHIREDIS_H
#define ASTERISM_CHIREDIS_H

#include <sys/time.h>
#include <hiredis/hiredis.h>
#include <hiredis/async.h>

#endif
