// What a child process has to know after fork(): the threads of its parent are not there. Python
// tells of it. Not for exec().
#ifndef USMP_PYTHON_PROCESS_COPY_HPP
#define USMP_PYTHON_PROCESS_COPY_HPP

#include <atomic>

namespace usmp::python {

/// How many forks lie between the first process and this one.
inline std::atomic<unsigned> fork_count{0};

}  // namespace usmp::python

#endif  // USMP_PYTHON_PROCESS_COPY_HPP
