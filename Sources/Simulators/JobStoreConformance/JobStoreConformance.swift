public import Jobs
